"""`python -m app.launch.new_signing_keys > signing-keys.json`: a private JWK set with one new ES384 key."""

from app.launch.signing_keys import new_keys

if __name__ == "__main__":
    print(new_keys())
