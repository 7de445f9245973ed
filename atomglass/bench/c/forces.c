/* Yardstick: pair list, energy and forces in two dimensions in plain C. One call of `ef` is the unit of time of the
 * benchmark table, an "evaluation". The model is potentials/kumar2021.toml. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define C0 (-28.0 / 14.551915228366852)
#define C2 (48.0 / 22.737367544323206)
#define C4 (-21.0 / 35.52713678800501)
#define XC2 1.5625
static double L, cs;
static int M;
static inline int cidx(double x, double y) {
  int a = (int)(x * cs), b = (int)(y * cs);
  if (a >= M)
    a = M - 1;
  if (b >= M)
    b = M - 1;
  return b * M + a;
}
// neighbor pairs within rc_ij + skin
int pairs(int n, double Lx, const double *x, const double *y, const double *sig, double skin, int *pi, int *pj,
          int cap) {
  L = Lx;
  M = (int)(L / (2.0143 + skin));
  if (M < 3)
    return -1;
  cs = M / L;
  int *head = malloc(4 * M * M), *nx = malloc(4 * n);
  for (int c = 0; c < M * M; c++)
    head[c] = -1;
  for (int i = n - 1; i >= 0; i--) {
    double a = x[i] - L * floor(x[i] / L), b = y[i] - L * floor(y[i] / L);
    int c = cidx(a, b);
    nx[i] = head[c];
    head[c] = i;
  }
  int k = 0;
  double h = L / 2;
  for (int b = 0; b < M; b++)
    for (int a = 0; a < M; a++)
      for (int i = head[b * M + a]; i >= 0; i = nx[i])
        for (int db = -1; db <= 1; db++)
          for (int da = -1; da <= 1; da++) {
            int q = ((b + db + M) % M) * M + (a + da + M) % M;
            for (int j = head[q]; j >= 0; j = nx[j])
              if (j > i) {
                double dx = x[i] - x[j], dy = y[i] - y[j];
                dx -= L * rint(dx / L);
                dy -= L * rint(dy / L);
                double r2 = dx * dx + dy * dy;
                double sij = 0.5 * (sig[i] + sig[j]) * (1 - 0.2 * fabs(sig[i] - sig[j]));
                double rc = 1.25 * sij + skin;
                if (r2 < rc * rc) {
                  if (k >= cap)
                    return -2;
                  pi[k] = i;
                  pj[k] = j;
                  k++;
                }
              }
          }
  free(head);
  free(nx);
  return k;
}
double ef(int n, double L, const double *X, const double *sig, int np, const int *pi, const int *pj, double *F) {
  memset(F, 0, 16 * n);
  double E = 0;
  for (int k = 0; k < np; k++) {
    int i = pi[k], j = pj[k];
    double dx = X[2 * i] - X[2 * j], dy = X[2 * i + 1] - X[2 * j + 1];
    dx -= L * rint(dx / L);
    dy -= L * rint(dy / L);
    double r2 = dx * dx + dy * dy;
    double sij = 0.5 * (sig[i] + sig[j]) * (1 - 0.2 * fabs(sig[i] - sig[j]));
    double is2 = 1 / (sij * sij);
    double x2 = r2 * is2;
    if (x2 >= XC2)
      continue;
    double i2 = 1 / x2, i6 = i2 * i2 * i2, i12 = i6 * i6;
    E += i12 + C0 + x2 * (C2 + C4 * x2);
    double g = (-12 * i12 * i2 + 2 * C2 + 4 * C4 * x2) * is2;
    double fx = -g * dx, fy = -g * dy;
    F[2 * i] += fx;
    F[2 * i + 1] += fy;
    F[2 * j] -= fx;
    F[2 * j + 1] -= fy;
  }
  return E;
}
