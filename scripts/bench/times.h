/* What the loads have in common: the clock, and the line that each prints. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints answers per second, then the 50th and 99th percentile of the times from
   asking to having the answer, in microseconds; the times are sorted then. */
static void print_times(double *times, long count, double seconds) {
    qsort(times, (size_t)count, sizeof *times, by_value);
    printf("%.0f %.1f %.1f\n", (double)count / seconds, times[count / 2] * 1e6,
           times[count - 1 - count / 100] * 1e6);
}
