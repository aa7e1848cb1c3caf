"""What marketplaces and shops ask of a photo, and whether one meets it.

profile = PROFILES["google"]                  or `read_profile(data)` of a shop's own
results = checking.check(profile, measures)   one `RuleResult` a rule
"""

from quality.profiles.builtin import DEFAULT, PROFILES
from quality.profiles.model import Fix, Profile, ProfileUnusable, Rule, read_profile

__all__ = [
    "DEFAULT",
    "PROFILES",
    "Fix",
    "Profile",
    "ProfileUnusable",
    "Rule",
    "read_profile",
]
