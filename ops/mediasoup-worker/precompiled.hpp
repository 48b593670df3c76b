// What most of the worker's sources include, compiled once instead of 214 times. No source includes it by name.
#include "common.hpp"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include "RTC/RtpDictionaries.hpp"
#include "SharedInterface.hpp"
#include "Utils.hpp"
#include <ankerl/unordered_dense.h>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>
