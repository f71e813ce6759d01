"""The forms in which conversations come from elsewhere, one file a form; nothing here is stored."""
