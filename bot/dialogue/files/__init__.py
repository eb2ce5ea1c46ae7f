"""What is given as a file: calendars, pictures to print or scan, and spreadsheets."""
