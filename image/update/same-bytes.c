/*
 * Loaded into rauc (LD_PRELOAD, ld.so(8)) while it makes a bundle: gives the time and the salt of the hash tree from
 * outside, so that the same inputs give the same bytes. The salt need not be secret: it only has to differ from one
 * content to the next. RAUC takes it from RAND_bytes and nothing else; OpenSSL does not come by here for its own.
 */
#include <stdlib.h>
#include <time.h>

static int hexadecimal(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

time_t time(time_t *out)
{
	time_t now = (time_t)strtoll(getenv("BUNDLE_TIME"), NULL, 10);

	if (out)
		*out = now;
	return now;
}

int RAND_bytes(unsigned char *bytes, int count)
{
	const char *salt = getenv("BUNDLE_SALT"); /* 64 digits */

	for (int i = 0; i < count; i++)
		bytes[i] = hexadecimal(salt[2 * (i % 32)]) << 4 | hexadecimal(salt[2 * (i % 32) + 1]);
	return 1;
}
