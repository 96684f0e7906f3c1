"""How people sign in: allauth with our rules for passwords, second factors, sessions and limits."""
