"""Painted photographs, and what Instagram's filters and crops make of them."""
