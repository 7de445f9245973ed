/* Yardstick: Swap Monte Carlo in two dimensions in plain C, with cell lists and no further
 * optimization. Not used by the package itself.
 *
 * The model is potentials/kumar2021.toml: phi = x^-12 + C0 + C2 x^2 + C4 x^4 below x = 1.25, non-additivity 0.2.
 * smc returns 0, or -1 for a box of the wrong size, -2 for a full cell. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define C0 (-28.0 / 14.551915228366852)
#define C2 (48.0 / 22.737367544323206)
#define C4 (-21.0 / 35.52713678800501)
#define XC2 1.5625
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
static int N, M;
static double L, cs;
static double *px, *py, *sg;
static int *cell;
static int *cnt;
static int *mem;
#define CAP 24
static inline int cidx(double x, double y) {
  int a = (int)(x * cs), b = (int)(y * cs);
  if (a >= M)
    a = M - 1;
  if (b >= M)
    b = M - 1;
  return b * M + a;
}
static int *slot;
static int nb[9 * 4096];
static inline double epair(double r2, double si, double sj) {
  double sij = 0.5 * (si + sj) * (1 - 0.2 * fabs(si - sj));
  double s2 = sij * sij;
  if (r2 >= XC2 * s2)
    return 0;
  double x2 = r2 / s2;
  double i2 = 1 / x2;
  double i6 = i2 * i2 * i2;
  return i6 * i6 + C0 + x2 * (C2 + C4 * x2);
}
// cell-stored copies
typedef struct {
  double x, y, s;
  int id;
} P;
static P *cp;
static inline double e_at(double x, double y, double si, int self) {
  int c = cidx(x, y);
  double e = 0;
  double h = 0.5 * L;
  for (int k = 0; k < 9; k++) {
    int q = nb[9 * c + k];
    int n = cnt[q];
    P *p = cp + (size_t)q * CAP;
    for (int t = 0; t < n; t++) {
      double dx = x - p[t].x, dy = y - p[t].y;
      if (dx > h)
        dx -= L;
      else if (dx < -h)
        dx += L;
      if (dy > h)
        dy -= L;
      else if (dy < -h)
        dy += L;
      double r2 = dx * dx + dy * dy;
      if (r2 < 4.06 && p[t].id != self)
        e += epair(r2, si, p[t].s);
    }
  }
  return e;
}
int smc(int n, double Lx, double *x, double *y, double *sig, double T, double dmax, double pswap, int64_t moves,
        double *out) {
  N = n;
  L = Lx;
  M = (int)(L / 2.0143);
  if (M < 3 || M > 64)
    return -1;
  cs = M / L;
  px = x;
  py = y;
  sg = sig;
  cnt = calloc(M * M, 4);
  cp = malloc(sizeof(P) * M * M * CAP);
  slot = malloc(4 * n);
  cell = malloc(4 * n);
  for (int b = 0; b < M; b++)
    for (int a = 0; a < M; a++) {
      int k = 0;
      for (int db = -1; db <= 1; db++)
        for (int da = -1; da <= 1; da++)
          nb[9 * (b * M + a) + k++] = ((b + db + M) % M) * M + (a + da + M) % M;
    }
  for (int i = 0; i < n; i++) {
    x[i] -= L * floor(x[i] / L);
    y[i] -= L * floor(y[i] / L);
    int c = cidx(x[i], y[i]);
    if (cnt[c] >= CAP)
      return -2;
    cell[i] = c;
    slot[i] = cnt[c];
    cp[(size_t)c * CAP + cnt[c]++] = (P){x[i], y[i], sig[i], i};
  }
  int64_t ad = 0, as = 0, nd = 0, ns = 0;
  double beta = 1 / T;
  for (int64_t m = 0; m < moves; m++) {
    if (U() < pswap) {
      int i = U() * n, j = U() * n;
      if (i == j)
        continue;
      ns++;
      double si = sig[i], sj = sig[j];
      double d = 0;
      d -= e_at(x[i], y[i], si, i) + e_at(x[j], y[j], sj, j);
      cp[(size_t)cell[i] * CAP + slot[i]].s = sj;
      cp[(size_t)cell[j] * CAP + slot[j]].s = si;
      // pair i-j double counted equally in old and new (symmetric)
      d += e_at(x[i], y[i], sj, i) + e_at(x[j], y[j], si, j);
      if (d <= 0 || U() < exp(-beta * d)) {
        sig[i] = sj;
        sig[j] = si;
        as++;
      } else {
        cp[(size_t)cell[i] * CAP + slot[i]].s = si;
        cp[(size_t)cell[j] * CAP + slot[j]].s = sj;
      }
    } else {
      int i = U() * n;
      nd++;
      double nx = x[i] + dmax * (2 * U() - 1), ny = y[i] + dmax * (2 * U() - 1);
      if (nx < 0)
        nx += L;
      else if (nx >= L)
        nx -= L;
      if (ny < 0)
        ny += L;
      else if (ny >= L)
        ny -= L;
      double d = e_at(nx, ny, sig[i], i) - e_at(x[i], y[i], sig[i], i);
      if (d <= 0 || U() < exp(-beta * d)) {
        ad++;
        x[i] = nx;
        y[i] = ny;
        int c = cidx(nx, ny);
        if (c == cell[i]) {
          P *p = cp + (size_t)c * CAP + slot[i];
          p->x = nx;
          p->y = ny;
        } else {
          int o = cell[i], k = slot[i];
          P *po = cp + (size_t)o * CAP;
          po[k] = po[--cnt[o]];
          slot[po[k].id] = k;
          if (cnt[c] >= CAP)
            return -2;
          cell[i] = c;
          slot[i] = cnt[c];
          cp[(size_t)c * CAP + cnt[c]++] = (P){nx, ny, sig[i], i};
        }
      }
    }
  }
  double E = 0;
  for (int i = 0; i < n; i++)
    E += e_at(x[i], y[i], sig[i], i);
  out[0] = 0.5 * E / n;
  out[1] = nd ? (double)ad / nd : 0;
  out[2] = ns ? (double)as / ns : 0;
  free(cnt);
  free(cp);
  free(slot);
  free(cell);
  return 0;
}
