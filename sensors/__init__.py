"""The simulated city: a seeded pure model of Shenyang's car parks, and a thin MQTT publisher."""
