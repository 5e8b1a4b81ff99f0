"""What a person begins with: a new platform, a new service. Texts are pure; `writing` alone touches a folder."""
