namespace NodeGuard.Core.Updates.Dpkg;

/// <summary>dpkg's Status field: wish, error flag, state.</summary>
internal static class DpkgWords
{
    /// <summary>Null when it is not three words of dpkg's.</summary>
    public static (PackageWish Wish, bool NeedsReinstall, PackageState State)? Read(string status)
    {
        Span<Range> words = stackalloc Range[4];
        var text = status.AsSpan();
        if (text.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) != 3)
            return null;
        var wish = Wish(text[words[0]]);
        var state = State(text[words[2]]);
        bool? reinstall = text[words[1]] switch
        {
            "ok" => false,
            "reinstreq" => true,
            _ => null,
        };
        return wish is null || state is null || reinstall is null ? null : (wish.Value, reinstall.Value, state.Value);
    }

    private static PackageWish? Wish(ReadOnlySpan<char> word) => word switch
    {
        "unknown" => PackageWish.Unknown,
        "install" => PackageWish.Install,
        "hold" => PackageWish.Hold,
        "deinstall" => PackageWish.Deinstall,
        "purge" => PackageWish.Purge,
        _ => null,
    };

    private static PackageState? State(ReadOnlySpan<char> word) => word switch
    {
        "not-installed" => PackageState.NotInstalled,
        "config-files" => PackageState.ConfigFiles,
        "half-installed" => PackageState.HalfInstalled,
        "unpacked" => PackageState.Unpacked,
        "half-configured" => PackageState.HalfConfigured,
        "triggers-awaited" => PackageState.TriggersAwaited,
        "triggers-pending" => PackageState.TriggersPending,
        "installed" => PackageState.Installed,
        _ => null,
    };
}
