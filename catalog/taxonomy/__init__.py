"""The categories of shops as a tree, the other names of facet values, and finding them by name."""
