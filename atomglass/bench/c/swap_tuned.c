/* Yardstick: Swap Monte Carlo in two dimensions in tuned C: cached energies, early rejection, Verlet lists sorted by
 * distance. Not used by the package itself. The model is potentials/kumar2021.toml.
 * fsmc returns 0, or -1 for a box of the wrong size, -2 for a full neighbor list. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define C0 (-28.0 / 14.551915228366852)
#define C2 (48.0 / 22.737367544323206)
#define C4 (-21.0 / 35.52713678800501)
#define XC2 1.5625
#define RM 2.01389
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
  double x, y, s, e;
} P;
#define CAP 64
static P *p;
static int *nl, *nn;
static double *ox, *oy;
static double L, h, iL;
static inline double pe(double r2, double si, double sj) {
  double sij = 0.5 * (si + sj) * (1 - 0.2 * fabs(si - sj));
  double s2 = sij * sij;
  if (r2 >= XC2 * s2)
    return 0;
  double q = s2 / r2;
  double q3 = q * q * q;
  double z = r2 / s2;
  return q3 * q3 + C0 + z * (C2 + C4 * z);
}
static int build(int n, double skin) {
  int M = (int)(L / (RM + skin));
  double cs = M / L;
  static int head[1 << 16];
  int *nx = malloc(4 * n);
  for (int c = 0; c < M * M; c++)
    head[c] = -1;
  for (int i = 0; i < n; i++) {
    p[i].x -= L * floor(p[i].x / L);
    p[i].y -= L * floor(p[i].y / L);
    ox[i] = p[i].x;
    oy[i] = p[i].y;
    int a = p[i].x * cs, b = p[i].y * cs;
    if (a >= M)
      a = M - 1;
    if (b >= M)
      b = M - 1;
    nx[i] = head[b * M + a];
    head[b * M + a] = i;
    nn[i] = 0;
  }
  double rc = RM + skin;
  rc *= rc;
  for (int i = 0; i < n; i++) {
    int a = p[i].x * cs, b = p[i].y * cs;
    if (a >= M)
      a = M - 1;
    if (b >= M)
      b = M - 1;
    for (int db = -1; db <= 1; db++)
      for (int da = -1; da <= 1; da++)
        for (int j = head[((b + db + M) % M) * M + (a + da + M) % M]; j >= 0; j = nx[j])
          if (j != i) {
            double dx = p[i].x - p[j].x, dy = p[i].y - p[j].y;
            dx -= L * rint(dx * iL);
            dy -= L * rint(dy * iL);
            if (dx * dx + dy * dy < rc) {
              if (nn[i] >= CAP) {
                free(nx);
                return -2;
              }
              nl[i * CAP + nn[i]++] = j;
            }
          }
  }
  // sort each list by distance so that early rejection bites first
  for (int i = 0; i < n; i++) {
    double d[CAP];
    int *l = nl + i * CAP;
    for (int k = 0; k < nn[i]; k++) {
      double dx = p[i].x - p[l[k]].x, dy = p[i].y - p[l[k]].y;
      dx -= L * rint(dx * iL);
      dy -= L * rint(dy * iL);
      d[k] = dx * dx + dy * dy;
      int q = k, t = l[k];
      double dd = d[k];
      while (q > 0 && d[q - 1] > dd) {
        d[q] = d[q - 1];
        l[q] = l[q - 1];
        q--;
      }
      d[q] = dd;
      l[q] = t;
    }
  }
  free(nx);
  return 0;
}
static inline double dist2(double x, double y, const P *q) {
  double dx = x - q->x, dy = y - q->y;
  dx = fabs(dx);
  dy = fabs(dy);
  dx = dx > h ? dx - L : dx;
  dy = dy > h ? dy - L : dy;
  return dx * dx + dy * dy;
}
static inline double en(int i, double x, double y, double si, double bound) {
  const int *l = nl + i * CAP;
  double e = 0;
  int n = nn[i];
  for (int k = 0; k < n; k++) {
    const P *q = p + l[k];
    double r2 = dist2(x, y, q);
    if (r2 < 4.0558) {
      e += pe(r2, si, q->s);
      if (e > bound)
        return e;
    }
  }
  return e;
}
int fsmc(int n, double Lx, double *x, double *y, double *sig, double T, double dmax, double ps, int64_t moves,
         double skin, double *out) {
  L = Lx;
  h = L / 2;
  iL = 1 / L;
  p = aligned_alloc(64, sizeof(P) * (n + 2));
  nl = malloc(4 * CAP * n);
  nn = malloc(4 * n);
  ox = malloc(8 * n);
  oy = malloc(8 * n);
  for (int i = 0; i < n; i++)
    p[i] = (P){x[i], y[i], sig[i], 0};
  if (L / (RM + skin) < 3 || L / (RM + skin) >= 256)
    return -1;
  if (build(n, skin))
    return -2;
  for (int i = 0; i < n; i++)
    p[i].e = en(i, p[i].x, p[i].y, p[i].s, 1e300);
  int64_t nd = 0, ad = 0, ns = 0, as = 0, nb = 0;
  double lim = skin * skin / 4;
  for (int64_t m = 0; m < moves; m++) {
    if (U() < ps) {
      int i = U() * n, j = U() * n;
      if (i == j)
        continue;
      ns++;
      double si = p[i].s, sj = p[j].s;
      double bound = p[i].e + p[j].e - T * log(U());
      p[i].s = sj;
      p[j].s = si; // large one first: the particle that grows is most likely to overlap
      int g = si < sj ? i : j, o = i + j - g;
      double eg = en(g, p[g].x, p[g].y, p[g].s, bound);
      if (eg > bound) {
        p[i].s = si;
        p[j].s = sj;
        continue;
      }
      double eo = en(o, p[o].x, p[o].y, p[o].s, bound - eg);
      if (eg + eo > bound) {
        p[i].s = si;
        p[j].s = sj;
        continue;
      }
      as++;
      for (int w = 0; w < 2; w++) {
        int a = w ? j : i;
        int b = w ? i : j;
        double so = w ? sj : si, sn = w ? si : sj;
        const int *l = nl + a * CAP;
        for (int k = 0; k < nn[a]; k++) {
          if (l[k] == b)
            continue;
          P *q = p + l[k];
          double r2 = dist2(p[a].x, p[a].y, q);
          if (r2 < 4.0558)
            q->e += pe(r2, sn, q->s) - pe(r2, so, q->s);
        }
      }
      p[g].e = eg;
      p[o].e = eo;
    } else {
      int i = U() * n;
      nd++;
      double nx = p[i].x + dmax * (2 * U() - 1), ny = p[i].y + dmax * (2 * U() - 1);
      if (nx < 0)
        nx += L;
      else if (nx >= L)
        nx -= L;
      if (ny < 0)
        ny += L;
      else if (ny >= L)
        ny -= L;
      double bound = p[i].e - T * log(U());
      double e = en(i, nx, ny, p[i].s, bound);
      if (e > bound)
        continue;
      ad++;
      const int *l = nl + i * CAP;
      for (int k = 0; k < nn[i]; k++) {
        P *q = p + l[k];
        double a = dist2(p[i].x, p[i].y, q), b = dist2(nx, ny, q);
        if (a < 4.0558)
          q->e -= pe(a, p[i].s, q->s);
        if (b < 4.0558)
          q->e += pe(b, p[i].s, q->s);
      }
      p[i].x = nx;
      p[i].y = ny;
      p[i].e = e;
      double dx = fabs(nx - ox[i]), dy = fabs(ny - oy[i]);
      if (dx > h)
        dx -= L;
      if (dy > h)
        dy -= L;
      if (dx * dx + dy * dy > lim) {
        if (build(n, skin))
          return -2;
        nb++;
        for (int q = 0; q < n; q++)
          p[q].e = en(q, p[q].x, p[q].y, p[q].s, 1e300);
      }
    }
  }
  double E = 0;
  for (int i = 0; i < n; i++) {
    E += en(i, p[i].x, p[i].y, p[i].s, 1e300);
    x[i] = p[i].x;
    y[i] = p[i].y;
    sig[i] = p[i].s;
  }
  double Ec = 0;
  for (int i = 0; i < n; i++)
    Ec += p[i].e;
  out[0] = 0.5 * E / n;
  out[1] = nd ? (double)ad / nd : 0;
  out[2] = ns ? (double)as / ns : 0;
  out[3] = nb;
  out[4] = Ec / E - 1;
  free(p);
  free(nl);
  free(nn);
  free(ox);
  free(oy);
  return 0;
}
