module liboauth

go 1.19
