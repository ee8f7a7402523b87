#include "include/CZlib.h"
