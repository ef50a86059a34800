"""The demos: leadmode's main job end to end, on stories told through different platforms."""
