#include "include/CSimdjson.h"
