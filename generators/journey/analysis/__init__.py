"""Questions about a platform as a whole: who dials whom, what it needs, what it costs."""
