<?php
// For web servers, in php.ini: ffi.enable=preload, ffi.preload=/.../liboauth.ffi.h, opcache.preload=/.../preload.php
opcache_compile_file(__DIR__ . '/functions.php');
opcache_compile_file(__DIR__ . '/LibOAuth.php');
