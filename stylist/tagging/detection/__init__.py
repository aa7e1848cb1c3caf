"""Detect the garments of a photo, those that a person wears included.

The way: `skin` separates cloth from skin, `windows` cuts the person into bands where the colours
change, `stylist.tagging.regions` rates what each window shows, `arrangement` chooses the windows
that fit together on a body, and `detector` does it all for one photo.
"""
