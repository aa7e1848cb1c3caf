"""Training samples: photos, outfits made of them, generated garments, and their augmentation."""
