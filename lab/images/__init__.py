"""The node image: the official one pulled by digest, or one built from source where no registry answers."""
