#pragma once
#include <zlib.h>

// zlib's init calls are macros, which Swift does not see.

/// Ready to inflate gzip or zlib, whichever the header says.
int gw_inflate_init(z_stream *stream);

/// Ready to deflate into gzip; level 1 (fast) to 9 (small).
int gw_deflate_init(z_stream *stream, int level);
