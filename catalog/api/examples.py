"""The ids by which the API's description calls images; its test puts real ones in their place."""

IMAGE = "019aa000-0000-7000-8000-000000000001"
OTHER = "0199a8c2-6a1e-7c3b-9d54-2f6b8a0c1d2f"
