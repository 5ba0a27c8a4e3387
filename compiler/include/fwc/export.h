// SPDX-License-Identifier: MIT
// What the shared libraries show. They are compiled with hidden symbols, so every function that a
// program may call carries this mark, and no other can be called by mistake.
#pragma once

#define FWC_API [[gnu::visibility("default")]]
