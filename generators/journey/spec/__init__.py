"""What a platform is: its types, its files with their positions, and what holds where."""
