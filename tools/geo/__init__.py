"""Makes the map data of the screen: district borders, rivers and labels of Shenyang, in WGS-84."""
