package ifneeded liboauth 0.1 [list source [file join $dir liboauth.tcl]]
