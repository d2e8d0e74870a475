"""The way of a request: where in the API server's work an image is judged, and the state of each station on the way."""
