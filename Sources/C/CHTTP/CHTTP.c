#include "include/CHTTP.h"
