"""Measures of each task, one a file: plain numbers in, plain numbers out."""
