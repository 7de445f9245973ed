/* Yardstick, not part of the product: Swap Monte Carlo in three dimensions, plain C, cell lists, no tricks. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define CAPACITY 96

typedef struct { double x, y, z, sigma; int id; } Particle;

static uint64_t s[4];
static double L, cells_per_length, c0, c2, c4, cutoff2, mixing;
static int M, *count, *cell_of, *slot;
static Particle *members;

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline double uniform(void)
{
    uint64_t r = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
    return (r >> 11) * 0x1.0p-53;
}

void smc3_seed(uint64_t x)
{
    for (int i = 0; i < 4; i++) {
        x += 0x9e3779b97f4a7c15ULL;
        uint64_t z = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        s[i] = z ^ (z >> 31);
    }
}

static inline double pair(double r2, double a, double b)
{
    double d = 0.5 * (a + b) * (1 - mixing * fabs(a - b)), d2 = d * d;
    if (r2 >= cutoff2 * d2) return 0;
    double z = r2 / d2, w = 1 / z, w3 = w * w * w;
    return w3 * w3 + c0 + z * (c2 + c4 * z);
}

static inline int coordinate(double x) { int a = (int)(x * cells_per_length); return a >= M ? M - 1 : a; }
static inline int cell_at(double x, double y, double z) { return (coordinate(z) * M + coordinate(y)) * M + coordinate(x); }
static inline double nearest(double d) { double h = 0.5 * L; return d > h ? d - L : d < -h ? d + L : d; }
static inline double wrapped(double x) { return x < 0 ? x + L : x >= L ? x - L : x; }

static double energy_at(double x, double y, double z, double sigma, int self, double range2)
{
    double e = 0;
    int a = coordinate(x), b = coordinate(y), c = coordinate(z);
    for (int dc = -1; dc <= 1; dc++) for (int db = -1; db <= 1; db++) for (int da = -1; da <= 1; da++) {
        int q = (((c + dc + M) % M) * M + (b + db + M) % M) * M + (a + da + M) % M;
        const Particle *p = members + (size_t)q * CAPACITY;
        for (int t = 0; t < count[q]; t++) {
            double dx = nearest(x - p[t].x), dy = nearest(y - p[t].y), dz = nearest(z - p[t].z);
            double r2 = dx * dx + dy * dy + dz * dz;
            if (r2 < range2 && p[t].id != self) e += pair(r2, sigma, p[t].sigma);
        }
    }
    return e;
}

static int insert(int i, double x, double y, double z, double sigma)
{
    int c = cell_at(x, y, z);
    if (count[c] >= CAPACITY) return -2;
    cell_of[i] = c;
    slot[i] = count[c];
    members[(size_t)c * CAPACITY + count[c]++] = (Particle){x, y, z, sigma, i};
    return 0;
}

/* positions (n, 3) in [0, L); form = c0, c2, c4, squared cutoff, nonadditivity; out = energy and both acceptances. */
int smc3(int n, double length, double *r, double *sigma, const double *form, double T, double step, double swaps,
         int64_t moves, double *out)
{
    double widest = 0;
    for (int i = 0; i < n; i++) widest = fmax(widest, sigma[i]);
    L = length; c0 = form[0]; c2 = form[1]; c4 = form[2]; cutoff2 = form[3]; mixing = form[4];
    double range2 = cutoff2 * widest * widest;
    M = (int)(L / sqrt(range2));
    if (M < 3) return -1;
    cells_per_length = M / L;
    count = calloc((size_t)M * M * M, sizeof(int));
    members = malloc(sizeof(Particle) * CAPACITY * M * M * M);
    cell_of = malloc(sizeof(int) * n);
    slot = malloc(sizeof(int) * n);
    int status = 0;
    for (int i = 0; i < n && !status; i++) status = insert(i, r[3 * i], r[3 * i + 1], r[3 * i + 2], sigma[i]);
    int64_t tried[2] = {0, 0}, accepted[2] = {0, 0};
    for (int64_t m = 0; m < moves && !status; m++) {
        if (uniform() < swaps) {
            int i = uniform() * n, j = uniform() * n;
            if (i == j) continue;
            double *ri = r + 3 * i, *rj = r + 3 * j, si = sigma[i], sj = sigma[j];
            double *pi = &members[(size_t)cell_of[i] * CAPACITY + slot[i]].sigma;
            double *pj = &members[(size_t)cell_of[j] * CAPACITY + slot[j]].sigma;
            tried[1]++;
            double change = -energy_at(ri[0], ri[1], ri[2], si, i, range2) - energy_at(rj[0], rj[1], rj[2], sj, j, range2);
            *pi = sj; *pj = si;
            change += energy_at(ri[0], ri[1], ri[2], sj, i, range2) + energy_at(rj[0], rj[1], rj[2], si, j, range2);
            if (change <= 0 || uniform() < exp(-change / T)) { sigma[i] = sj; sigma[j] = si; accepted[1]++; }
            else { *pi = si; *pj = sj; }
        } else {
            int i = uniform() * n;
            double *ri = r + 3 * i;
            double x = wrapped(ri[0] + step * (2 * uniform() - 1)), y = wrapped(ri[1] + step * (2 * uniform() - 1));
            double z = wrapped(ri[2] + step * (2 * uniform() - 1));
            tried[0]++;
            double change = energy_at(x, y, z, sigma[i], i, range2) - energy_at(ri[0], ri[1], ri[2], sigma[i], i, range2);
            if (change > 0 && uniform() >= exp(-change / T)) continue;
            accepted[0]++;
            ri[0] = x; ri[1] = y; ri[2] = z;
            int c = cell_of[i], k = slot[i];
            Particle *old = members + (size_t)c * CAPACITY;
            old[k] = old[--count[c]];
            slot[old[k].id] = k;
            status = insert(i, x, y, z, sigma[i]);
        }
    }
    double e = 0;
    for (int i = 0; i < n; i++) e += energy_at(r[3 * i], r[3 * i + 1], r[3 * i + 2], sigma[i], i, range2);
    out[0] = 0.5 * e / n;
    out[1] = tried[0] ? (double)accepted[0] / tried[0] : 0;
    out[2] = tried[1] ? (double)accepted[1] / tried[1] : 0;
    free(count); free(members); free(cell_of); free(slot);
    return status;
}
