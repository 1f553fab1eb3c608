// oneDNN's side of an array that XLA hands over, for all kernels here.

#ifndef PELLUCID_KERNELS_ONEDNN_H_
#define PELLUCID_KERNELS_ONEDNN_H_

#include <mutex>
#include <string>

#include <oneapi/dnnl/dnnl.hpp>

#include "xla/ffi/api/ffi.h"

namespace pellucid {

namespace ffi = xla::ffi;
using dnnl::memory;
using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Array>;
using Axes = ffi::Span<const int64_t>;
using Tag = memory::format_tag;
using Numbers = memory::dims;

inline const dnnl::engine& Cpu() {
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

inline Operand Told(float* data, const Numbers& sizes, Tag tag) {
  return {data, sizes, {sizes, memory::data_type::f32, tag}};
}

inline Operand ByChannel(Array array) {
  return Told(array.typed_data(), {array.dimensions().front()}, Tag::a);
}

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

// Lets one kernel run at a time: each uses all cores, and two at once would wait for each other.
template <class Work>
ffi::Error Alone(Work work) {
  static std::mutex one_at_a_time;
  const std::lock_guard<std::mutex> lock(one_at_a_time);
  try {
    dnnl::stream stream(Cpu());
    work(stream);
    stream.wait();
  } catch (const dnnl::error& error) {
    return ffi::Error::Internal(std::string("oneDNN: ") + error.what());
  }
  return ffi::Error::Success();
}

}  // namespace pellucid

#endif  // PELLUCID_KERNELS_ONEDNN_H_
