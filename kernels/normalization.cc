// Batch normalisation and its gradients by oneDNN, as XLA calls them.
//
// x, z and delta are (examples, positions, channels), all others (channels): float32. Mean and
// variance are those of the batch.

#include "onednn.h"

namespace pellucid {
namespace {

const auto kFlags =
    dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;

constexpr char kEpsilon[] = "epsilon";
using Epsilon = ffi::Attr<float, kEpsilon>;

Operand Examples(Array array) {
  Axes shape = array.dimensions();
  return Told(array.typed_data(), {shape[0], shape[2], 1, shape[1]}, Tag::nhwc);
}

auto Forwards(const memory::desc& x, float epsilon) {
#if DNNL_VERSION_MAJOR >= 3
  return Described<dnnl::batch_normalization_forward>(dnnl::prop_kind::forward_training, x, x,
                                                      epsilon, kFlags);
#else
  return Described<dnnl::batch_normalization_forward>(dnnl::prop_kind::forward_training, x,
                                                      epsilon, kFlags);
#endif
}

auto Backwards(const memory::desc& x, float epsilon) {
#if DNNL_VERSION_MAJOR >= 3
  return DescribedAfter<dnnl::batch_normalization_backward>(
      Forwards(x, epsilon), dnnl::prop_kind::backward, x, x, x, epsilon, kFlags);
#else
  return DescribedAfter<dnnl::batch_normalization_backward>(
      Forwards(x, epsilon), dnnl::prop_kind::backward, x, x, epsilon, kFlags);
#endif
}

ffi::Error Normalise(Array x, Array gamma, Array beta, Result z, Result mean, Result variance,
                     Epsilon epsilon) {
  return Alone([&](dnnl::stream& stream) {
    const dnnl::batch_normalization_forward run(Forwards(Examples(x).held, *epsilon));
    run.execute(stream, {{DNNL_ARG_SRC, Examples(x).Memory()},
                         {DNNL_ARG_SCALE, ByChannel(gamma).Memory()},
                         {DNNL_ARG_SHIFT, ByChannel(beta).Memory()},
                         {DNNL_ARG_DST, Examples(*z).Memory()},
                         {DNNL_ARG_MEAN, ByChannel(*mean).Memory()},
                         {DNNL_ARG_VARIANCE, ByChannel(*variance).Memory()}});
  });
}

ffi::Error Backward(Array x, Array gamma, Array mean, Array variance, Array delta, Result to_x,
                    Result to_gamma, Result to_beta, Epsilon epsilon) {
  return Alone([&](dnnl::stream& stream) {
    const dnnl::batch_normalization_backward run(Backwards(Examples(x).held, *epsilon));
    run.execute(stream, {{DNNL_ARG_SRC, Examples(x).Memory()},
                         {DNNL_ARG_SCALE, ByChannel(gamma).Memory()},
#if DNNL_VERSION_MAJOR < 3  // which wants it, and reads nothing of it
                         {DNNL_ARG_SHIFT, ByChannel(gamma).Memory()},
#endif
                         {DNNL_ARG_MEAN, ByChannel(mean).Memory()},
                         {DNNL_ARG_VARIANCE, ByChannel(variance).Memory()},
                         {DNNL_ARG_DIFF_DST, Examples(delta).Memory()},
                         {DNNL_ARG_DIFF_SRC, Examples(*to_x).Memory()},
                         {DNNL_ARG_DIFF_SCALE, ByChannel(*to_gamma).Memory()},
                         {DNNL_ARG_DIFF_SHIFT, ByChannel(*to_beta).Memory()}});
  });
}

}  // namespace
}  // namespace pellucid

XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_normalise, pellucid::Normalise);
XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_normalise_backward, pellucid::Backward);
