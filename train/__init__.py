"""How what the package ships was made: `voices` chose the presets, `hearing` taught the network."""
