#include "base/bytes.hpp"

namespace skep {

Bytes::Bytes(std::string text) {
    if (text.empty())
        return;
    auto* owned = new std::string(std::move(text));
    data_ = reinterpret_cast<const std::uint8_t*>(owned->data());
    size_ = owned->size();
    owner_ = owned;
    release_ = [](void* owner) { delete static_cast<std::string*>(owner); };
}

Bytes Bytes::adopt(const std::uint8_t* data, std::size_t size, void* owner, Release release) {
    Bytes bytes;
    bytes.data_ = data;
    bytes.size_ = size;
    bytes.owner_ = owner;
    bytes.release_ = release;
    return bytes;
}

Bytes Bytes::literal(std::string_view text) {
    return adopt(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, nullptr);
}

Bytes::Parts Bytes::detach() && {
    const Parts parts{data_, size_, owner_, release_};
    data_ = nullptr;
    size_ = 0;
    owner_ = nullptr;
    release_ = nullptr;
    return parts;
}

}  // namespace skep
