// Convolution and its two gradients by oneDNN, as XLA calls them.
//
// x is (batch, *positions, channels), the kernel (*size, channels, filters), z and delta are
// (batch, *windows, filters): float32, with one to three axes of positions. oneDNN may want the
// kernel in an order of its own; all else stays as it lies in memory.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;
using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Array>;
using Axes = ffi::Span<const int64_t>;
using Tag = memory::format_tag;
using Numbers = memory::dims;

const dnnl::engine& Cpu() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

// An array of the caller's: where it is, and how oneDNN is told of it.
struct Operand {
  float* data;
  Numbers sizes;  // in oneDNN's order of axes, whatever that in memory is
  memory::desc held;

  memory Memory() const { return memory(held, Cpu(), data); }
  memory::desc InAnyOrder() const { return {sizes, memory::data_type::f32, Tag::any}; }
};

Operand Told(float* data, const Numbers& sizes, Tag tag) {
  return {data, sizes, {sizes, memory::data_type::f32, tag}};
}

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

// Where windows lie: a number for each axis.
struct Windows {
  Numbers strides, gaps, before, after;
};

Windows Lying(Axes strides, Axes dilation, Axes before, Axes after) {
  Numbers gaps(dilation.begin(), dilation.end());
  for (int64_t& gap : gaps) gap -= 1;  // oneDNN counts what lies between two taps
  auto numbers = [](Axes axes) { return Numbers(axes.begin(), axes.end()); };
  return {numbers(strides), gaps, numbers(before), numbers(after)};
}

enum Pass { kForward, kToX, kToKernel };

// What a pass runs, and the orders it wants its operands in.
struct Plan {
  dnnl::primitive run;
  memory::desc x, kernel, z;
};

// oneDNN 3 describes a primitive in one step, oneDNN 2 in two.
template <class Primitive, class... Arguments>
auto Described(Arguments... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(Cpu(), arguments...);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), Cpu());
#endif
}

template <class Primitive, class Forward, class... Arguments>
auto DescribedAfter(const Forward& forward, Arguments... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(Cpu(), arguments..., forward);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), Cpu(), forward);
#endif
}

Plan Made(Pass pass, const Operand& x, const Operand& kernel, const Operand& z, const Windows& w) {
  const auto direct = dnnl::algorithm::convolution_direct;
  const memory::desc any = kernel.InAnyOrder();
  const auto forward = Described<dnnl::convolution_forward>(
      dnnl::prop_kind::forward_training, direct, x.held, any, z.held, w.strides, w.gaps, w.before,
      w.after);
  if (pass == kForward) {
    return {dnnl::convolution_forward(forward), forward.src_desc(), forward.weights_desc(),
            forward.dst_desc()};
  }
  if (pass == kToX) {
    const auto to_x = DescribedAfter<dnnl::convolution_backward_data>(
        forward, direct, x.held, any, z.held, w.strides, w.gaps, w.before, w.after);
    return {dnnl::convolution_backward_data(to_x), to_x.diff_src_desc(), to_x.weights_desc(),
            to_x.diff_dst_desc()};
  }
  const auto to_kernel = DescribedAfter<dnnl::convolution_backward_weights>(
      forward, direct, x.held, any, z.held, w.strides, w.gaps, w.before, w.after);
  return {dnnl::convolution_backward_weights(to_kernel), to_kernel.src_desc(),
          to_kernel.diff_weights_desc(), to_kernel.diff_dst_desc()};
}

// oneDNN's scratch memory belongs to a thread, so each has plans of its own.
const Plan& Planned(Pass pass, const Operand& x, const Operand& kernel, const Operand& z,
                    const Windows& w) {
  thread_local std::map<std::vector<Numbers>, Plan> plans;
  const std::vector<Numbers> key{{pass},    x.sizes, kernel.sizes, z.sizes,
                                 w.strides, w.gaps,  w.before,     w.after};
  auto place = plans.find(key);
  if (place == plans.end()) place = plans.emplace(key, Made(pass, x, kernel, z, w)).first;
  return place->second;
}

ffi::Error Run(Pass pass, const Operand& x, const Operand& kernel, const Operand& z,
               const Windows& windows) {
  static std::mutex one_at_a_time;  // each uses all cores; two at once would wait for each other
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  try {
    const Plan& plan = Planned(pass, x, kernel, z, windows);
    dnnl::stream stream(Cpu());
    memory ours = kernel.Memory();
    const bool alike = ours.get_desc() == plan.kernel;
    memory theirs = alike ? ours : memory(plan.kernel, Cpu());
    const bool is_result = pass == kToKernel;
    if (!alike && !is_result) dnnl::reorder(ours, theirs).execute(stream, ours, theirs);
    plan.run.execute(
        stream, {{pass == kToX ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, x.Memory()},
                 {is_result ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, theirs},
                 {pass == kForward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, z.Memory()}});
    if (!alike && is_result) dnnl::reorder(theirs, ours).execute(stream, theirs, ours);
    stream.wait();
  } catch (const dnnl::error& error) {
    return ffi::Error::Internal(std::string("oneDNN: ") + error.what());
  }
  return ffi::Error::Success();
}

ffi::Error Forward(Array x, Array kernel, Result z, Axes strides, Axes dilation, Axes before,
                   Axes after) {
  return Run(kForward, Examples(x), Kernel(kernel), Examples(*z),
             Lying(strides, dilation, before, after));
}

ffi::Error ToX(Array delta, Array kernel, Result x, Axes strides, Axes dilation, Axes before,
               Axes after) {
  return Run(kToX, Examples(*x), Kernel(kernel), Examples(delta),
             Lying(strides, dilation, before, after));
}

ffi::Error ToKernel(Array x, Array delta, Result kernel, Axes strides, Axes dilation, Axes before,
                    Axes after) {
  return Run(kToKernel, Examples(x), Kernel(*kernel), Examples(delta),
             Lying(strides, dilation, before, after));
}

auto Binding() {
  return ffi::Ffi::Bind()
      .Arg<Array>()
      .Arg<Array>()
      .Ret<Array>()
      .Attr<Axes>("strides")
      .Attr<Axes>("dilation")
      .Attr<Axes>("before")
      .Attr<Axes>("after");
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve, Forward, Binding());
XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve_to_x, ToX, Binding());
XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_convolve_to_kernel, ToKernel, Binding());
