"""The screens: making the cluster, the list of exercises, one exercise."""
