/* Yardstick: Swap Monte Carlo in three dimensions in plain C, with cell lists and no further
 * optimization. Not used by the package itself.
 *
 * The model is potentials/kumar2021_3d.toml: phi = x^-12 + C0 + C2 x^2 + C4 x^4 below x = 1.25, non-additivity 0.2.
 * r is (n, 3), wrapped in place. out: energy per particle, acceptance of displacements and of swaps.
 * Returns 0, or -1 for a box of the wrong size, -2 for a full cell. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define C0 (-28.0 / 14.551915228366852)
#define C2 (48.0 / 22.737367544323206)
#define C4 (-21.0 / 35.52713678800501)
#define XC2 1.5625
#define REACH 2.0143
#define REACH2 4.06
#define CAP 64
static uint64_t s[4];
static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline uint64_t nxt(void) {
  uint64_t r = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return r;
}
static inline double U(void) { return (nxt() >> 11) * 0x1.0p-53; }
void seed(uint64_t x) {
  for (int i = 0; i < 4; i++) {
    x += 0x9e3779b97f4a7c15ULL;
    uint64_t z = x;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    s[i] = z ^ (z >> 31);
  }
}
typedef struct {
  double x, y, z, s;
  int id;
} P;
static int M, *cell, *slot, *count, *near;
static double L, h, cs;
static P *stored; /* the particles of each cell, one after the other */

static inline int along(double x) {
  int a = (int)(x * cs);
  return a >= M ? M - 1 : a;
}
static inline int cell_of(const double *q) { return (along(q[2]) * M + along(q[1])) * M + along(q[0]); }
static inline double nearest(double d) { return d > h ? d - L : d < -h ? d + L : d; }
static inline double pair_energy(double r2, double si, double sj) {
  double sij = 0.5 * (si + sj) * (1 - 0.2 * fabs(si - sj)), s2 = sij * sij;
  if (r2 >= XC2 * s2)
    return 0;
  double x2 = r2 / s2, i2 = 1 / x2, i6 = i2 * i2 * i2;
  return i6 * i6 + C0 + x2 * (C2 + C4 * x2);
}
static double energy_at(const double *q, double si, int self) {
  const int *n = near + 27 * (size_t)cell_of(q);
  double e = 0;
  for (int k = 0; k < 27; k++) {
    const P *p = stored + (size_t)n[k] * CAP;
    for (int t = 0; t < count[n[k]]; t++) {
      double dx = nearest(q[0] - p[t].x), dy = nearest(q[1] - p[t].y), dz = nearest(q[2] - p[t].z);
      double r2 = dx * dx + dy * dy + dz * dz;
      if (r2 < REACH2 && p[t].id != self)
        e += pair_energy(r2, si, p[t].s);
    }
  }
  return e;
}
static int insert(int i, int c, const double *q, double si) {
  if (count[c] >= CAP)
    return -2;
  cell[i] = c;
  slot[i] = count[c];
  stored[(size_t)c * CAP + count[c]++] = (P){q[0], q[1], q[2], si, i};
  return 0;
}
static void take_out(int i) {
  P *p = stored + (size_t)cell[i] * CAP;
  p[slot[i]] = p[--count[cell[i]]];
  slot[p[slot[i]].id] = slot[i];
}
static int move(int64_t moves, int n, double *r, double *sig, double T, double dmax, double pswap, int64_t *done) {
  double beta = 1 / T;
  for (int64_t m = 0; m < moves; m++) {
    int i = U() * n;
    double *a = r + 3 * i, si = sig[i];
    if (U() < pswap) {
      int j = U() * n;
      if (i == j)
        continue;
      done[2]++;
      double *b = r + 3 * j, sj = sig[j];
      P *p = stored + (size_t)cell[i] * CAP + slot[i], *q = stored + (size_t)cell[j] * CAP + slot[j];
      double d = -energy_at(a, si, i) - energy_at(b, sj, j);
      p->s = sj;
      q->s = si; /* the pair i-j counts twice before and after, and does not change */
      d += energy_at(a, sj, i) + energy_at(b, si, j);
      if (d <= 0 || U() < exp(-beta * d)) {
        sig[i] = sj;
        sig[j] = si;
        done[3]++;
      } else {
        p->s = si;
        q->s = sj;
      }
    } else {
      done[0]++;
      double b[3];
      for (int k = 0; k < 3; k++) {
        b[k] = a[k] + dmax * (2 * U() - 1);
        b[k] += b[k] < 0 ? L : b[k] >= L ? -L : 0;
      }
      double d = energy_at(b, si, i) - energy_at(a, si, i);
      if (d <= 0 || U() < exp(-beta * d)) {
        done[1]++;
        memcpy(a, b, sizeof b);
        take_out(i);
        if (insert(i, cell_of(a), a, si))
          return -2;
      }
    }
  }
  return 0;
}
int smc(int n, double Lx, double *r, double *sig, double T, double dmax, double pswap, int64_t moves, double *out) {
  L = Lx;
  h = L / 2;
  M = (int)(L / REACH);
  if (M < 3)
    return -1;
  cs = M / L;
  size_t cells = (size_t)M * M * M;
  count = calloc(cells, sizeof *count);
  stored = malloc(sizeof(P) * cells * CAP);
  near = malloc(sizeof *near * 27 * cells);
  slot = malloc(sizeof *slot * n);
  cell = malloc(sizeof *cell * n);
  for (int z = 0; z < M; z++)
    for (int y = 0; y < M; y++)
      for (int x = 0; x < M; x++) {
        int *k = near + 27 * (size_t)((z * M + y) * M + x);
        for (int c = M - 1; c <= M + 1; c++)
          for (int b = M - 1; b <= M + 1; b++)
            for (int a = M - 1; a <= M + 1; a++)
              *k++ = ((z + c) % M * M + (y + b) % M) * M + (x + a) % M;
      }
  int bad = 0;
  for (int i = 0; i < n && !bad; i++) {
    for (int k = 0; k < 3; k++)
      r[3 * i + k] -= L * floor(r[3 * i + k] / L);
    bad = insert(i, cell_of(r + 3 * i), r + 3 * i, sig[i]);
  }
  int64_t done[4] = {0, 0, 0, 0};
  if (!bad)
    bad = move(moves, n, r, sig, T, dmax, pswap, done);
  double e = 0;
  for (int i = 0; i < n && !bad; i++)
    e += energy_at(r + 3 * i, sig[i], i);
  out[0] = 0.5 * e / n;
  out[1] = done[0] ? (double)done[1] / done[0] : 0;
  out[2] = done[2] ? (double)done[3] / done[2] : 0;
  free(count);
  free(stored);
  free(near);
  free(slot);
  free(cell);
  return bad;
}
