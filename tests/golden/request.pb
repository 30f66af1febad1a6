
�
	courier-1Storm over the Café 🌧DA storm brought rain to the coast; the judge’s club lost millions."en-GB*Orlan Courier2	the judge
beat
angle (models/tiny