#include "include/CZlib.h"

int gw_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

int gw_deflate_init(z_stream *stream, int level) { return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); }
