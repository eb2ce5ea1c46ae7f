"""What announcements are made of in words: asked, shown, sent and told of afterwards."""
