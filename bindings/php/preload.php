<?php
// For web servers, in php.ini: ffi.enable=preload and opcache.preload=/.../preload.php (and opcache.preload_user for root).
FFI::load(__DIR__ . '/liboauth.ffi.h');
opcache_compile_file(__DIR__ . '/functions.php');
opcache_compile_file(__DIR__ . '/LibOAuth.php');
