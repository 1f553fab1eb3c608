// The mean of arrays over the processes of one machine, through memory they share, as XLA calls it.
//
// The file they share holds a page in which each process counts its means, and two halves, taken
// in turn, with a slot for each process. A process puts its numbers into its slot, waits until
// all have done so, and adds them up in the order of the ranks: the bits are the same everywhere.
// A half is written again only after the mean that follows, when nobody reads it any more.

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Count = std::atomic<uint32_t>;

constexpr size_t kLine = 64, kPage = 4096;  // bytes
constexpr size_t kBlock = 4096;             // numbers that are added up at a time
constexpr int kLooks = 2000;                // at a count before the thread sleeps: some 50 us

struct Shared {
  int file = -1, rank = 0, ranks = 1;
  char* begin = nullptr;
  size_t slot = 0;  // bytes
  uint32_t means = 0;

  Count* CountOf(int r) const { return reinterpret_cast<Count*>(begin + kLine * r); }
  char* Slot(int r) const { return begin + kPage + ((means % 2) * ranks + r) * slot; }
} shared;

size_t Aligned(size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

// Maps the file with slots of so many bytes; the first that comes makes it as long as that takes.
bool Map(size_t slot) {
  auto size_with = [](size_t bytes) { return kPage + 2 * shared.ranks * bytes; };
  struct stat now;
  if (fstat(shared.file, &now)) return false;
  size_t size = size_with(slot);
  if (static_cast<size_t>(now.st_size) < size && ftruncate(shared.file, size)) return false;
  void* found = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, shared.file, 0);
  if (found == MAP_FAILED) return false;
  if (shared.begin) munmap(shared.begin, size_with(shared.slot));
  shared.begin = static_cast<char*>(found);
  shared.slot = slot;
  return true;
}

// Waits until every process has come here. If one is lost, JAX's runtime ends this process from
// another thread.
void Meet() {
  uint32_t here = ++shared.means;
  Count* ours = shared.CountOf(shared.rank);
  ours->store(here, std::memory_order_release);
  syscall(SYS_futex, ours, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  for (int r = 0; r < shared.ranks; ++r) {
    Count* count = shared.CountOf(r);
    for (int look = 0;; ++look) {
      uint32_t seen = count->load(std::memory_order_acquire);
      if (static_cast<int32_t>(seen - here) >= 0) break;
      if (look > kLooks) syscall(SYS_futex, count, FUTEX_WAIT, seen, nullptr, nullptr, 0);
#if defined(__x86_64__)
      _mm_pause();
#endif
    }
  }
}

// Copies past the caches where that can be done: only the others read it.
void Put(char* to, const char* from, size_t bytes) {
  size_t done = 0;
#if defined(__x86_64__)
  for (; done + 16 <= bytes; done += 16) {
    __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + done));
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + done), some);
  }
  _mm_sfence();
#endif
  memcpy(to + done, from + done, bytes - done);
}

// Puts the mean over the processes in place of `count` numbers of this one; those of the others
// begin at `place` in their slots.
void Average(const char* const* slots, size_t place, float* ours, size_t count) {
  float sum[kBlock], share = 1.0f / shared.ranks;
  for (size_t first = 0; first < count; first += kBlock) {
    size_t some = std::min(kBlock, count - first);
    for (int r = 0; r < shared.ranks; ++r) {
      auto theirs = reinterpret_cast<const float*>(slots[r] + place);
      const float* from = (r == shared.rank ? ours : theirs) + first;
      if (r == 0) {
        std::copy_n(from, some, sum);
      } else {
        for (size_t i = 0; i < some; ++i) sum[i] += from[i];
      }
    }
    for (size_t i = 0; i < some; ++i) ours[first + i] = sum[i] * share;
  }
}

ffi::Error AllReduce(ffi::RemainingArgs arrays, ffi::RemainingRets means) {
  size_t bytes = 0;
  for (size_t k = 0; k < arrays.size(); ++k) {
    bytes += Aligned(arrays.get<ffi::AnyBuffer>(k)->size_bytes());
  }
  if (bytes > shared.slot) {
    Meet();  // nobody reads the slots as they were
    if (!Map(bytes)) return ffi::Error::Internal(strerror(errno));
  }
  const char* slots[kPage / kLine];
  for (int r = 0; r < shared.ranks; ++r) slots[r] = shared.Slot(r);
  size_t place = 0;
  for (size_t k = 0; k < arrays.size(); ++k) {
    auto array = *arrays.get<ffi::AnyBuffer>(k);
    Put(shared.Slot(shared.rank) + place, static_cast<char*>(array.untyped_data()),
        array.size_bytes());
    place += Aligned(array.size_bytes());
  }
  Meet();
  place = 0;
  for (size_t k = 0; k < arrays.size(); ++k) {
    auto mean = *means.get<ffi::Buffer<ffi::F32>>(k);  // the same memory as the array
    Average(slots, place, mean->typed_data(), mean->element_count());
    place += Aligned(mean->size_bytes());
  }
  return ffi::Error::Success();
}

}  // namespace

// Shares the file with the other processes from now on; returns 0, or the number of an error.
extern "C" int pellucid_share(int file, int rank, int ranks) {
  if (ranks > static_cast<int>(kPage / kLine)) return EINVAL;
  shared.file = file;
  shared.rank = rank;
  shared.ranks = ranks;
  return Map(0) ? 0 : errno;
}

// Returns how many processes share memory; 1 before they do.
extern "C" int pellucid_sharing() { return shared.ranks; }

XLA_FFI_DEFINE_HANDLER_SYMBOL(pellucid_all_reduce, AllReduce,
                              ffi::Ffi::Bind().RemainingArgs().RemainingRets());
