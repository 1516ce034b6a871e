"""The decorator, and the objects that it makes of functions and methods."""
