// Convolution and its gradients by oneDNN, as XLA calls them.
//
// x is (batch, *positions, channels), the kernel (*size, channels, filters), the bias (filters),
// z and delta are (batch, *windows, filters): float32, with one to three axes of positions. What
// oneDNN wants in an order of its own is brought into it and back. Filters of 3 x 3 go the way of
// Winograd where oneDNN has it: a quarter of the multiplications, for some orders of memory and
// a digit of accuracy.

#include <map>
#include <utility>
#include <vector>

#include "onednn.h"

namespace pellucid {
namespace {

Operand Examples(Array array) {
  Axes shape = array.dimensions();
  Numbers sizes{shape.front(), shape.back()};
  sizes.insert(sizes.end(), shape.begin() + 1, shape.end() - 1);
  Tag tags[] = {Tag::nwc, Tag::nhwc, Tag::ndhwc};
  return Told(array.typed_data(), sizes, tags[sizes.size() - 3]);
}

Operand Kernel(Array array) {
  Axes shape = array.dimensions();
  Numbers sizes{shape.back(), shape[shape.size() - 2]};
  sizes.insert(sizes.end(), shape.begin(), shape.end() - 2);
  Tag tags[] = {Tag::wio, Tag::hwio, Tag::dhwio};
  return Told(array.typed_data(), sizes, tags[sizes.size() - 3]);
}

Operand NoBias(Array kernel) { return Told(nullptr, {kernel.dimensions().back()}, Tag::a); }

// Where windows lie: a number for each axis.
struct Windows {
  Numbers strides, gaps, before, after;
};

constexpr char kStrides[] = "strides", kDilation[] = "dilation", kBefore[] = "before",
               kAfter[] = "after";
using Strides = ffi::Attr<Axes, kStrides>;
using Dilation = ffi::Attr<Axes, kDilation>;
using Before = ffi::Attr<Axes, kBefore>;
using After = ffi::Attr<Axes, kAfter>;

Windows Lying(Strides strides, Dilation dilation, Before before, After after) {
  auto numbers = [](const Axes& axes) { return Numbers(axes.begin(), axes.end()); };
  Numbers gaps = numbers(*dilation);
  for (int64_t& gap : gaps) gap -= 1;  // oneDNN counts what lies between two taps
  return {numbers(*strides), gaps, numbers(*before), numbers(*after)};
}

enum Pass { kForward, kToX, kToKernel };

// What a pass runs, and the orders it wants its operands in.
struct Plan {
  dnnl::primitive run;
  memory::desc x, kernel, z;
};

Plan Made(Pass pass, dnnl::algorithm how, const memory::desc& x, const memory::desc& kernel,
          const memory::desc& bias, const memory::desc& z, const Windows& w) {
  const auto forward = Described<dnnl::convolution_forward>(
      dnnl::prop_kind::forward_training, how, x, kernel, bias, z, w.strides, w.gaps, w.before,
      w.after);
  if (pass == kForward) {
    return {dnnl::convolution_forward(forward), forward.src_desc(), forward.weights_desc(),
            forward.dst_desc()};
  }
  if (pass == kToX) {
    const auto to_x = DescribedAfter<dnnl::convolution_backward_data>(
        forward, how, x, kernel, z, w.strides, w.gaps, w.before, w.after);
    return {dnnl::convolution_backward_data(to_x), to_x.diff_src_desc(), to_x.weights_desc(),
            to_x.diff_dst_desc()};
  }
  const auto to_kernel = DescribedAfter<dnnl::convolution_backward_weights>(
      forward, how, x, kernel, bias, z, w.strides, w.gaps, w.before, w.after);
  return {dnnl::convolution_backward_weights(to_kernel), to_kernel.src_desc(),
          to_kernel.diff_weights_desc(), to_kernel.diff_dst_desc()};
}

// Whether Winograd's way is worth two orders of memory more.
bool IsForWinograd(const Operand& kernel, const Windows& w) {
  const Numbers& sizes = kernel.sizes;
  const bool is_3_by_3 = sizes.size() == 4 && sizes[2] == 3 && sizes[3] == 3;
  return is_3_by_3 && sizes[0] % 16 == 0 && sizes[1] % 16 == 0 && sizes[1] >= 32 &&
         w.strides == Numbers{1, 1} && w.gaps == Numbers{0, 0};
}

Plan Best(Pass pass, const Operand& x, const Operand& kernel, const Operand& bias,
          const Operand& z, const Windows& w) {
  if (IsForWinograd(kernel, w)) {
    try {
      return Made(pass, dnnl::algorithm::convolution_winograd, x.InAnyOrder(),
                  kernel.InAnyOrder(), bias.held, z.InAnyOrder(), w);
    } catch (const dnnl::error&) {  // this oneDNN, or this processor, does not know it
    }
  }
  return Made(pass, dnnl::algorithm::convolution_direct, x.held, kernel.InAnyOrder(), bias.held,
              z.held, w);
}

// oneDNN's scratch memory belongs to a thread, so each has plans of its own.
const Plan& Planned(Pass pass, const Operand& x, const Operand& kernel, const Operand& bias,
                    const Operand& z, const Windows& w) {
  thread_local std::map<std::vector<Numbers>, Plan> plans;
  const std::vector<Numbers> key{{pass},    x.sizes, kernel.sizes, z.sizes,
                                 w.strides, w.gaps,  w.before,     w.after};
  auto place = plans.find(key);
  if (place == plans.end()) place = plans.emplace(key, Best(pass, x, kernel, bias, z, w)).first;
  return place->second;
}

// An operand in the order that a plan wants: where it lies, or in memory that is kept for it.
class Ordered {
 public:
  Ordered(dnnl::stream& stream, const Operand& ours, const memory::desc& wanted,
          std::vector<char>& room, bool is_result)
      : stream_(stream), ours_(ours.Memory()), theirs_(ours_), is_result_(is_result) {
    if (ours.held == wanted) return;
    constexpr size_t kLine = 64;
    if (room.size() < wanted.get_size() + kLine) room.resize(wanted.get_size() + kLine);
    const auto start = (reinterpret_cast<size_t>(room.data()) + kLine - 1) / kLine * kLine;
    theirs_ = memory(wanted, Cpu(), reinterpret_cast<void*>(start));
    if (!is_result) dnnl::reorder(ours_, theirs_).execute(stream_, ours_, theirs_);
  }

  const memory& Memory() const { return theirs_; }

  // Brings a result back to where it is wanted.
  void Return() {
    if (!is_result_ || theirs_.get() == ours_.get()) return;
    dnnl::reorder(theirs_, ours_).execute(stream_, theirs_, ours_);
  }

 private:
  dnnl::stream& stream_;
  memory ours_, theirs_;
  bool is_result_;
};

ffi::Error Run(Pass pass, const Operand& x, const Operand& kernel, const Operand& bias,
               const Operand& z, const Windows& windows) {
  static std::vector<char> rooms[3];
  return Alone([&](dnnl::stream& stream) {
    const Plan& plan = Planned(pass, x, kernel, bias, z, windows);
    Ordered in(stream, x, plan.x, rooms[0], pass == kToX);
    Ordered by(stream, kernel, plan.kernel, rooms[1], pass == kToKernel);
    Ordered out(stream, z, plan.z, rooms[2], pass == kForward);
    plan.run.execute(
        stream, {{pass == kToX ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, in.Memory()},
                 {pass == kToKernel ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, by.Memory()},
                 {pass == kToKernel ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, bias.Memory()},
                 {pass == kForward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, out.Memory()}});
    for (Ordered* operand : {&in, &by, &out}) operand->Return();
  });
}

ffi::Error Forward(Array x, Array kernel, Array bias, Result z, Strides strides,
                   Dilation dilation, Before before, After after) {
  return Run(kForward, Examples(x), Kernel(kernel), ByChannel(bias), Examples(*z),
             Lying(strides, dilation, before, after));
}

ffi::Error ToX(Array delta, Array kernel, Result x, Strides strides, Dilation dilation,
               Before before, After after) {
  return Run(kToX, Examples(*x), Kernel(kernel), NoBias(kernel), Examples(delta),
             Lying(strides, dilation, before, after));
}

ffi::Error ToKernel(Array x, Array delta, Result kernel, Result bias, Strides strides,
                    Dilation dilation, Before before, After after) {
  return Run(kToKernel, Examples(x), Kernel(*kernel), ByChannel(*bias), Examples(delta),
             Lying(strides, dilation, before, after));
}

}  // namespace
}  // namespace pellucid

XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve, pellucid::Forward);
XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve_to_x, pellucid::ToX);
XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve_to_kernel, pellucid::ToKernel);
