
²
	courier-1V
models/tiny1.0.0@b0a2f1a202da7a93f3bd222c61cd4cc4d968c5f7fc6705a55e3494dd2947315eó
beat"=
beat:weatherweatherLx/Ï¢ê?!©¿qÆ¦@(1ÿ¡Di2íÉ?9(»É5»?"'
beat:courtscourtsŸç0üÁÂ?!8Š z°Û¹?*.
stormªe1ƒ½ò?""*beat:weather*'
rainòdWJå?"*beat:weather*(
coastyî×…“Mã?"!*beat:weatherï
angle"<
angle:dangerdanger2R´Âv³ã?!
µxi'Ş?(1yÒíP˜Õë¿9E‘^9Œõ?"&
angle:moneymoneyÀl]–WÁÂ?!P-¿#¢1ü¿*(
a stormD©™tœë?"*angle:danger*'
clubƒIšËÛ¿"/3*angle:danger*+
millionsƒIšËÛ¿"9A*angle:danger"
	the judge#.0*en2B>this model cannot judge stance; mentions of targets are listed