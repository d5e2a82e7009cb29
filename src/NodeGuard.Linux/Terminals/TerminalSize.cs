using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Terminals;

/// <summary>How large a terminal is. Console.WindowWidth knows as well, but switches the terminal's keypad mode to say so.</summary>
public static partial class TerminalSize
{
    private const nuint TIOCGWINSZ = 0x5413;

    /// <summary>Null when the descriptor is no terminal, or the terminal does not know.</summary>
    public static int? Columns(int descriptor) =>
        Ioctl(descriptor, TIOCGWINSZ, out var size) == 0 && size.Columns > 0 ? size.Columns : null;

    /// <summary>Null when the descriptor is no terminal, or the terminal does not know.</summary>
    public static int? Rows(int descriptor) =>
        Ioctl(descriptor, TIOCGWINSZ, out var size) == 0 && size.Rows > 0 ? size.Rows : null;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsWide;
        public ushort PixelsHigh;
    }
}
