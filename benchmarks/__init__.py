"""Speed, measured side by side with other bots in one run, and told as ratios."""
