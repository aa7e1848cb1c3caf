"""Train mini, the bundled encoder of images and texts."""
