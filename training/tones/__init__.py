"""Train the network that corrects exposure, contrast and white balance."""
