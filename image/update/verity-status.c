/*
 * Loaded into rauc.service (LD_PRELOAD, ld.so(8)). dm-verity tells "V" for a device where every block so far was the one
 * that was signed, and since Linux 6.19 a number of corrected blocks after it ("V -" where none are ever corrected:
 * kernel doc admin-guide/device-mapper/verity.rst). RAUC before 1.15.1, as trixie has it, takes only "V" alone, and
 * would refuse every update. What says that a block is wrong ("C") comes through as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/dm-ioctl.h>
#include <linux/ioctl.h>
#include <stdarg.h>
#include <string.h>

static void shorten(struct dm_ioctl *answer)
{
	struct dm_target_spec *target = (void *)((char *)answer + answer->data_start);
	char *text = (char *)(target + 1);

	if (answer->flags & DM_STATUS_TABLE_FLAG || answer->target_count != 1)
		return;
	if (answer->data_start + sizeof(*target) + 2 > answer->data_size)
		return;
	if (strcmp(target->target_type, "verity") == 0 && text[0] == 'V' && text[1] == ' ')
		text[1] = '\0';
}

int ioctl(int file, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list rest;
	void *argument;
	int result;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	if (!real)
		real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	result = real(file, request, argument);
	if (result == 0 && request == DM_TABLE_STATUS)
		shorten(argument);
	return result;
}
