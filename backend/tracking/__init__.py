"""The facts people enter about treatments and ratings, and the conclusions that jobs draw from them."""
