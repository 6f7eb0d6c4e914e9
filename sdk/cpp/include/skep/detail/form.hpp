// Which interface a unit is compiled for: that of components where the bindings of their world are on the include path,
// else that of plain modules.
#pragma once

#if !defined(SKEP_WIT) && __has_include(<service.h>)
#define SKEP_WIT 1
#endif
